"""Networks and their parts: PyTorch's ``torch.nn``.

Modules hold parameters and other modules; :mod:`graphnet.nn.functional` has the functions that they
call, :mod:`graphnet.nn.init` the initial values of parameters.

>>> import graphnet as torch
>>> from graphnet.nn import MSE, Linear
>>> loss = MSE()(Linear(3, 2)(torch.ones(5, 3)), torch.zeros(5, 2))
>>> loss.shape
torch.Size([])
"""

from graphnet.nn import attention as attention
from graphnet.nn import functional as functional
from graphnet.nn import init as init
from graphnet.nn import modules as modules
from graphnet.nn import parallel as parallel
from graphnet.nn import parameter as parameter
from graphnet.nn import utils as utils
from graphnet.nn.modules import *  # noqa: F403  # everything that modules.__all__ lists
from graphnet.nn.parallel import DataParallel as DataParallel
from graphnet.nn.parameter import Buffer as Buffer
from graphnet.nn.parameter import Parameter as Parameter
