"""The older name of what :mod:`graphnet.hub` refuses: ``torch.utils.model_zoo``."""

from graphnet.hub import load_state_dict_from_url as load_url

__all__ = ["load_url"]
