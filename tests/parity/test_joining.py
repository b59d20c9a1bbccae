"""Tensors joined: the same results and refusals as PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines

SAMPLES = {
    "x": np.arange(12, dtype=np.float32).reshape(3, 4),
    "v": np.arange(3, dtype=np.float32),
    "s": np.array(1.0, np.float32),
    "y": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "i": np.arange(3),
    "b": np.array([True, False, True]),
}

JOINING = """
torch.cat([])
torch.cat([x,x])
torch.cat((x,x),1)
torch.cat([x,x],-1)
torch.cat([x,x],dim=1)
torch.cat([x,x],axis=1)
torch.cat(tensors=[v,v])
torch.cat([v,torch.zeros(0)])
torch.cat([x,torch.zeros(0)])
torch.cat([torch.zeros(0),x],dim=1)
torch.cat([x,v])
torch.cat([x,torch.zeros(2,5)])
torch.cat([x,torch.zeros(0,4)])
torch.cat([torch.tensor(1.),v])
torch.cat([v,i])
torch.cat([b,i])
torch.cat([v,torch.tensor([1.],dtype=torch.double)])
torch.cat(v)
torch.cat([v,1])
torch.cat([v,v],2)
torch.cat([torch.zeros(0),torch.zeros(0)],dim=0)
torch.cat([torch.zeros(0,dtype=torch.double),v])
torch.concat([v,v])
torch.concatenate([x,x],1)
torch.concatenate([x,x],axis=1)
torch.stack([])
torch.stack([v,v])
torch.stack([v,v],1)
torch.stack([v,v],-1)
torch.stack([s,s])
torch.stack([v,x])
torch.stack([v,v],3)
torch.stack([v,i])
torch.stack((y,y),dim=2)
torch.hstack([])
torch.hstack([s,v])
torch.hstack([x,x])
torch.vstack([v,v])
torch.vstack([s,s])
torch.row_stack([v,v])
torch.dstack([v,v])
torch.dstack([x,x])
torch.column_stack([v,x.T[:3]])
torch.column_stack([v,v])
torch.block_diag(v,torch.tensor(1),x)
torch.block_diag(x)
torch.block_diag()
torch.block_diag(y)
"""


@pytest.mark.parametrize("code", lines(JOINING))
def test_same_as_pytorch(code: str) -> None:
    check(code, **SAMPLES)
