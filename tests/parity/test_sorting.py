"""Order, places, counts and different elements: the same results and refusals as PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines

SAMPLES = {
    "x": np.random.default_rng(0).standard_normal((3, 5)).astype(np.float32),
    "v": np.arange(3, dtype=np.float32),
    "s": np.array(3.0, np.float32),
    "y": np.random.default_rng(1).standard_normal((2, 3, 4)).astype(np.float32),
    "N": np.array([1.0, np.nan, 0.0, np.nan, 2.0, 0.5], np.float32),
    "M": np.array([[1.0, np.nan, 0.0], [3.0, 2.0, 1.0], [np.nan, np.nan, np.nan]], np.float32),
    "B": np.array([2, 1, 2, 1, 3, 3, 0]),
    "R": np.array([[1, 2], [1, 2], [0, 3]]),
    "e": np.zeros((0,), np.float32),
    "z": np.zeros((2, 0), np.float32),
    "t": np.array([True, False, True]),
    "g": np.arange(12, dtype=np.float32).reshape(3, 4),
}

ORDER = """
N.sort()
N.sort(descending=True)
x.sort()
x.sort(0)
y.sort(1,True)
B.sort(stable=True)
B.sort(descending=True,stable=True)
torch.sort(R,dim=0,descending=True,stable=True)
t.sort(stable=True)
s.sort()
z.sort(0)
e.sort()
x.sort(2)
torch.tensor([1j]).sort()
N.argsort()
torch.argsort(x,dim=0,descending=True)
torch.argsort(B,stable=True)
s.argsort()
x.msort()
x.topk(2)
x.topk(2,dim=0)
x.topk(3,largest=False)
x.topk(0)
x.topk(6)
s.topk(1)
e.topk(1)
N.topk(3).values
N.topk(3,largest=False).values
y.topk(2,1,False).values
x.kthvalue(2)
x.kthvalue(2,0,True)
N.kthvalue(2)
N.kthvalue(5).values
x.kthvalue(9)
x.kthvalue(0)
s.kthvalue(1)
e.kthvalue(1)
t.kthvalue(1)
"""

MIDDLES = """
x.median()
x.median(1)
x.median(0,True)
y.median(-2)
N.median()
N.median(0)
M.median(1)
M.nanmedian(1)
N.nanmedian()
N.nanmedian(0)
M.nanmedian(1,keepdim=True).values
B.median()
B.median(0).values
s.median()
s.median(0)
e.median()
e.median(0)
torch.zeros(0,dtype=torch.int64).median()
t.median()
B.mode().values
R.mode(0).values
x.mode(1).values
s.mode()
e.mode(0)
z.mode(0)
R.mode(1,True).values
N.cummax(0)
N.cummin(0)
B.cummax(0)
B.cummin(0)
y.cummax(1)
y.cummin(-1)
s.cummax(0)
e.cummax(0)
x.cummax(5)
"""

DIFFERENT = """
B.unique()
B.unique(return_inverse=True,return_counts=True)
B.unique(return_counts=True)
torch.unique(R)
torch.unique(R,return_inverse=True)
B.unique_consecutive(return_inverse=True,return_counts=True)
torch.unique_consecutive(R,dim=0)
torch.unique_consecutive(R,dim=0,return_counts=True)
N.unique()
N.unique(return_inverse=True)
N.unique_consecutive()
R.unique(dim=0,return_inverse=True,return_counts=True)
R.unique(dim=1)
y.unique(dim=1)
y.unique(dim=-1,return_inverse=True)
torch.unique(s,return_inverse=True)
e.unique(return_inverse=True,return_counts=True)
z.unique(return_inverse=True)
t.unique()
t.unique_consecutive(return_counts=True)
"""

PLACES = """
torch.bincount(B)
torch.bincount(B,minlength=6)
torch.bincount(B,weights=torch.arange(7.))
torch.bincount(B,weights=torch.arange(7))
torch.bincount(B,torch.arange(7.,dtype=torch.double),9)
torch.bincount(torch.tensor([-1]))
torch.bincount(torch.tensor([1.]))
torch.bincount(R)
torch.bincount(torch.tensor([],dtype=torch.long))
torch.bincount(torch.tensor([],dtype=torch.long),minlength=2)
torch.bincount(B,minlength=-1)
torch.bincount(B,weights=torch.ones(2))
torch.histc(v,4)
torch.histc(v,4,0,1)
torch.histc(x,7,-1,1)
torch.histc(v,4,2,1)
torch.histc(B)
torch.histc(N,2)
torch.histc(N,2,0,1)
torch.histc(e,2)
torch.histc(v,0)
torch.histc(torch.ones(3),4)
torch.histogram(v,4)
torch.histogram(x,5,range=(-1.,1.))
torch.histogram(x,torch.tensor([-1.,0.,.25,2.]),density=True)
torch.histogram(v,3,weight=torch.tensor([1.,.5,2.]))
torch.histogram(v,0)
torch.searchsorted(v,torch.tensor([0.,.5,2.,9.,nan]))
torch.searchsorted(v,torch.tensor([0.,.5,2.,9.,nan]),right=True)
torch.searchsorted(g,torch.tensor([[1.],[5.],[20.]]))
torch.searchsorted(g,torch.tensor([[1.,2.],[5.,0.],[20.,9.]]),side="right")
torch.searchsorted(g,torch.tensor([1.]))
torch.searchsorted(v,1)
torch.searchsorted(v,1,side="left",right=True)
torch.searchsorted(v,1,side="bla")
torch.searchsorted(v,torch.tensor([1]))
torch.searchsorted(torch.tensor([3.,1.,2.]),torch.tensor([1.5]),sorter=torch.tensor([1,2,0]))
torch.searchsorted(v,1.,out_int32=True)
torch.searchsorted(torch.tensor(1.),torch.tensor(1.))
torch.searchsorted(v,torch.tensor(1.))
torch.searchsorted(v,torch.tensor([[1.,2.],[0.,3.]]))
torch.bucketize(torch.tensor([[1.,2.],[0.,3.]]),v)
torch.bucketize(torch.tensor([[1.,2.],[0.,3.]]),v,right=True)
torch.bucketize(1.5,v)
torch.bucketize(v,g)
"""


@pytest.mark.parametrize("code", lines(ORDER, MIDDLES, DIFFERENT, PLACES))
def test_same_as_pytorch(code: str) -> None:
    check(code, **SAMPLES)


def test_named_tuples_print_as_pytorchs() -> None:
    check("repr(v.sort())", **SAMPLES)
    check("v.sort().indices", **SAMPLES)
