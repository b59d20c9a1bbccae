"""Reading and writing by index: the same results and refusals as PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines

SAMPLES = {
    "x": np.arange(12, dtype=np.float32).reshape(3, 4),
    "v": np.arange(3, dtype=np.float32),
    "y": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "s": np.array(3.0, np.float32),
    "L": np.arange(6).reshape(2, 3),
    "m": np.array([True, False, True]),
    "w": np.array([[True, False, True], [False, True, True]]),
    "i": np.array([0, 5]),
    "n": np.array([-1]),
}

READING = """
v[i]
x[5]
x[-4]
x[-1]
x[0,5]
x[0,0,0]
x[...,...]
x[::-1]
x[::0]
x['a']
x[1.5]
x[torch.tensor([1.5])]
x[torch.tensor(1.5)]
v[5]
s[0]
s[...]
s[None]
s[True]
s[False]
s[torch.tensor(True)]
s[torch.tensor([0])]
x[True]
x[False]
x[True,1]
x[torch.tensor(True)]
x[m]
x[:,m]
x[~m]
x[m,0]
x[torch.tensor([True])]
x[torch.tensor([[True,False,True,True]]*3)]
x[torch.tensor([[True,False]]*3)]
x[[0,1],[0,1,2]]
x[torch.tensor([0,1],dtype=torch.int8)]
x[torch.tensor([0,1],dtype=torch.int16)]
x[torch.tensor([0,1,1],dtype=torch.uint8)]
x[torch.tensor([0,1,1],dtype=torch.int32)]
x[np.array([0,1],dtype=np.uint16)]
x[np.array([0,1],dtype=np.int8)]
x[np.array([True,False,True])]
x[np.int64(1)]
x[np.array(1)]
x[np.bool_(True)]
x[[]]
x[()]
x[[[0,1],[1,2]]]
x[[0,1],]
x[(0,1),]
x[0,1]
x[[True,False,True]]
x[[0,True]]
x[[slice(0,1),1]]
x[[torch.tensor(0),torch.tensor(1)]]
x[[0.5]]
x[[None]]
x[['a']]
x[object()]
x[{}]
x[range(2)]
x[torch.tensor([],dtype=torch.long)]
x[torch.tensor([])]
x[torch.tensor(2)]
x[torch.tensor(-1),torch.tensor([0,1])]
x[torch.tensor(5)]
x[torch.tensor([5])]
x[torch.tensor([-3])]
x[torch.tensor([-4])]
x[:,None,1]
x[1:10]
x[-10:2]
x[2:1]
x[5:7]
x[::2,1::2]
x[-2:]
x[:-1,-3:-1]
x[torch.tensor(1):torch.tensor(3)]
x[np.int64(1):]
x[1.0:2]
x[None,...,None]
x[:]
x[...,1]
x[1,...]
x[...,None,:,1]
y[w]
y[w,0]
y[w,:2]
y[w,None]
y[:,w.T[:,:1]]
y[w,torch.tensor([0,1,2,3])]
y[w,...,0]
y[...,m,0]
y[0,m]
y[w[:,0],:,0]
y[:,m,torch.tensor([0,1])]
y[w,1:3]
y[None,w]
y[w,True]
y[True,w]
y[True,[0,1]]
y[:,True,0]
y[[0,1],None,[0,1]]
y[[0,1],0,[0,1]]
y[[0,1],:,[0,1]]
y[:,[0,1],0]
y[0,:,[0,1]]
y[[[0]],[1],...]
y[False,0]
y[False,[0]]
y[False,[0,1]]
y[:,1,[True,False,True,False]]
y[w.byte()]
y[(True,False)]
y[:,[[0,1],[1,2]],[0,1]]
y[[0,1],[1,2],[2,3]]
y[torch.tensor([[0],[1]]),:,torch.tensor([0,2,1])]
torch.zeros(0)[0]
torch.zeros(0)[torch.tensor([0])]
torch.zeros(3,0)[:,torch.tensor([],dtype=torch.long)]
torch.zeros(3,0)[[1,2]]
list(v)
[float(e) for e in x[0]]
"""

WRITING = """
x[m]=torch.ones(3,4)
x[m]=torch.ones(2,4)
x[m]=torch.ones(4)
x[m]=torch.ones(1,4)
x[m]=torch.ones(1,2,4)
x[m]=torch.ones(2,2,4)
x[m]=torch.ones(2,4).double()
x[m]=torch.ones(4,dtype=torch.int64)
x[m]=torch.ones(2,1)
x[m]=torch.ones(3)
x[0]=torch.ones(4).double()
x[0]=torch.ones(1,4)
x[0]=torch.ones(1,1,4)
x[0]=torch.ones(2,4)
x[0]=torch.ones(3)
x[0]=[1,2,3,4]
x[m]=[1,2,3,4]
x[0]=np.ones(4)
x[0]='a'
x[0]=None
x[0]=1j
x[m]=1j
x[m]=True
x[m]=torch.tensor(2.)
x[m]=torch.tensor(2)
x[m]=torch.tensor(2.).double()
x[m]=torch.tensor([2.]).double()
x[[0,0]]=torch.tensor([[1.]*4,[2.]*4])
x[[0,9]]=1
x[9]=1
x[True]=5
x[False]=5
x[None]=7
x[...]=torch.arange(4.)
x[:]=torch.arange(4.)
x[()]=3
x[[0,1]]=torch.ones(3,4)
x[m,0]=torch.tensor([1.,2.])
x[m,0]=torch.tensor([1.,2.,3.])
x[m,[0,1]]=torch.tensor([9.,8.])
x[torch.tensor(True)]=3
x[torch.zeros(3,4,dtype=torch.bool)]=torch.ones(0)
x[torch.zeros(3,4,dtype=torch.bool)]=torch.ones(3)
x[torch.ones(3,4,dtype=torch.bool)]=torch.arange(12.)
x[torch.ones(2,4,dtype=torch.bool)]=1
x[:,m]=3
x[x>5]=-1
x[x>5]=x[x>5]*2
x[:,1:][x[:,1:]>5]=0
x[0]=np.int64(3)
x[0]=np.float64(3)
x[0]=torch.ones(0)
x[0:0]=torch.ones(2,4)
x[0:0]=torch.ones(0,4)
x[5:]=3
x[[]]=3
x[[]]=torch.ones(2,4)
x[0,0]=torch.ones(1,1)
x[:,0]=x[0,:3]
x[:,[0,1]]=torch.ones(1,3,2)
x[True,[0,1]]=torch.ones(2,4)
x[[0,1]]=torch.ones(2,1,4)
x[None,0]=torch.arange(4.)
x[...,None]=torch.ones(3,1,1)
x[::2,::3]=torch.tensor([[1.,2.],[3.,4.]])
x[-1,-1]=100
x[[2,0],1:3]=torch.tensor([[5.,6.],[7.,8.]])
x[[0,1],[1,2]]=torch.tensor([50.,60.])
x[torch.tensor([[0],[2]]),torch.tensor([1,3])]=torch.tensor([[1.,2.],[3.,4.]])
x[[0]]=torch.tensor(2)
x[[0]]=torch.tensor([2.]).double()
x[1,[0,2]]=4
x[0][1]=7
x[0:2][m[:2]]=7
x=torch.zeros(3,dtype=torch.uint8);x[0]=300
x=torch.zeros(3,dtype=torch.uint8);x[0]=-1
x=torch.zeros(3,dtype=torch.uint8);x[[0]]=300
x=torch.zeros(3,dtype=torch.int64);x[0]=float('inf')
x=torch.zeros(3,dtype=torch.int64);x[0]=1.7
x=torch.zeros(3,dtype=torch.int64);x[[0]]=1.7
x=torch.zeros(3,dtype=torch.int64);x[0]=torch.tensor(1.7)
x=torch.zeros(3,dtype=torch.int64);x[[0]]=torch.tensor(1.7)
x=torch.zeros(3,dtype=torch.int64);x[m]=torch.tensor(1.5)
x=torch.zeros(3,dtype=torch.int64);x[m]=1.5
x=torch.zeros(3,dtype=torch.bool);x[0]=2
x=torch.zeros(3,dtype=torch.bool);x[[0]]=2.
x=torch.zeros(3,dtype=torch.half);x[0]=1e6
x[0]=1e40
x[[0]]=1e40
x=torch.zeros(3,dtype=torch.half);x[[0]]=1e6
x=torch.zeros(3,dtype=torch.half);x[m]=1e6
x[0]=inf
x[0]=2**70
x=torch.zeros(3,requires_grad=True);x[0]=1
x=torch.zeros(3,requires_grad=True);x[[0]]=1
x=torch.zeros(3,requires_grad=True);x[m]=1
y[:,m]=torch.ones(2,4); x=y
y[w]=torch.arange(16.).reshape(4,4); x=y
y[w]=torch.ones(1,4); x=y
y[w]=torch.arange(4.).reshape(4,1); x=y
y[w,0]=9; x=y
y[0,m,1:3]=torch.tensor([[1.,2.],[3.,4.]]); x=y
y[:,m,0]=torch.tensor([[5.],[6.]]); x=y
y[...,m,:]=torch.arange(8.).reshape(2,4); x=y
y[[0,1],:,[0,1]]=torch.arange(3.); x=y
y[1,w[0],[0,1]]=5; x=y
"""

BY_VECTOR = """
v.index_select(0,i)
v.index_select(0,n)
x.index_select(1,torch.tensor([3,0,0]))
torch.index_select(x,0,torch.tensor([1],dtype=torch.int32))
v.index_select(0,torch.tensor(1))
s.index_select(0,torch.tensor([0]))
s.index_select(0,torch.tensor([0,0]))
x.index_select(0,torch.tensor([[0]]))
x.index_select(0,torch.tensor([0.]))
v.index_add(0,i,torch.ones(2))
v.index_add(0,n,torch.ones(1))
v.index_add(0,torch.tensor([0]),torch.tensor([1]))
v.index_add(0,torch.tensor([0]),torch.tensor([1.,2.]))
v.index_add(0,torch.tensor([0,0]),torch.ones(2),alpha=2)
x.index_add(1,torch.tensor([0,3,0]),torch.ones(3,3))
x.index_add_(1,torch.tensor([0,3,0]),torch.ones(3,3))
torch.index_add(x,0,torch.tensor([0]),torch.ones(1,3))
v.index_copy(0,n,torch.ones(1))
x.index_copy(0,torch.tensor([2,0]),torch.ones(2,4))
v.index_copy(0,torch.tensor([0]),torch.ones(1,dtype=torch.int64))
v.index_copy(0,torch.tensor([0]),torch.ones(1,1))
x.index_copy(0,torch.tensor([0]),torch.ones(2,4))
x.index_copy(0,torch.tensor([0,1]),torch.ones(1,4))
x.index_copy(0,torch.tensor([0]),torch.ones(1,3))
v.index_fill(0,n,1.)
v.index_fill(0,i,1.)
x.index_fill(1,torch.tensor([0,2]),-1)
v.index_fill(0,torch.tensor([0]),torch.ones(1))
v.index_fill(0,torch.tensor([0]),torch.tensor(5.))
L.index_fill_(0,torch.tensor([0]),2.5)
v.index_reduce(0,torch.tensor([0,0]),torch.tensor([1.,2.]),'mean')
v.index_reduce(0,torch.tensor([0,0]),torch.tensor([1.,2.]),'prod',include_self=False)
x.index_reduce(1,torch.tensor([0,2]),-torch.ones(3,2),'amin')
v.index_reduce(0,torch.tensor([0,0]),torch.tensor([1.,2.]),'sum')
v.take(i)
v.take(n)
x.take(torch.tensor([[0,-1]]))
x.take(torch.tensor([0],dtype=torch.int32))
v.put(n,torch.ones(1))
v.put(i,torch.ones(2))
x.put(torch.tensor([0,1,1]),torch.tensor([1.,2.,3.]),accumulate=True)
x.put_(torch.tensor([0,1]),torch.tensor([1.,2.]))
x.put(torch.tensor([0,1]),torch.tensor([1.]))
x.put(torch.tensor([0]),torch.tensor([1]))
torch.index_put(x,(torch.tensor([0]),),torch.tensor(1.))
torch.index_put(x,(torch.tensor([0]),torch.tensor([0])),torch.tensor([1.,2.]))
x.index_put((torch.tensor([0,0]),torch.tensor([0])),torch.tensor([1.,2.]),accumulate=True)
x.index_put_((m,),torch.tensor(5.))
x.index_put((torch.tensor([0]),),torch.tensor(1))
torch.unravel_index(torch.tensor([5,7]),(3,4))
torch.unravel_index(torch.tensor(5),(3,4))
torch.unravel_index(torch.tensor([12]),(3,4))
"""

BY_MASK = """
v.masked_fill(m,9)
x.masked_fill(x>3,torch.tensor(1.))
v.masked_fill(m,torch.tensor([1.,2.]))
L.masked_fill(m,1.5)
L.masked_fill(torch.tensor([1,0,1]),1)
v.masked_fill(m,torch.tensor(1,dtype=torch.int64))
v.masked_fill(w,7)
v.masked_fill_(w,7)
x.fill_diagonal_(7)
x.t().fill_diagonal_(7)
x.reshape(-1,2).clone().fill_diagonal_(7,wrap=True)
v.fill_diagonal_(7)
L.masked_fill(m,torch.tensor(1.5))
L.masked_fill(m,True)
v.masked_fill(m,1j)
v.masked_fill(m,-inf)
L.masked_fill(m,inf)
v.masked_fill(torch.tensor(True),4)
s.masked_fill(m,4)
v.masked_scatter(m,torch.tensor([1.]))
v.masked_scatter(m,torch.tensor([1,2]))
v.masked_scatter(m,torch.tensor([7.,8.,9.]))
x.masked_scatter(torch.tensor([True,False,True,False]),torch.arange(6.))
x.masked_scatter_(x>8,torch.zeros(3))
v.masked_select(torch.tensor([True,True]))
x.masked_select(torch.tensor([True,False,True,True]))
x.masked_select(x>5)
s.masked_select(torch.tensor(True))
s.masked_select(m)
x.nonzero()
x.nonzero(as_tuple=True)
torch.nonzero(m)
s.nonzero()
s.nonzero(as_tuple=True)
torch.tensor(0.).nonzero()
torch.argwhere(x>9)
torch.argwhere(s)
torch.zeros(2,0).nonzero()
"""

ALONG_A_DIMENSION = """
v.gather(0,i)
v.gather(0,n)
x.gather(1,torch.tensor([0]))
x.gather(1,torch.tensor([[0,0,0,0,0]]))
x.gather(1,torch.tensor([[0]]*5))
x.gather(1,torch.tensor([[0.]]))
x.gather(2,torch.tensor([[0]]))
x.gather(-1,torch.tensor([[3,2],[1,0]]))
x.gather(0,torch.tensor([[2,0,1,1]]))
s.gather(0,torch.tensor([0]))
s.gather(0,torch.tensor(0))
v.gather(0,torch.tensor(1))
x.gather(0,torch.zeros(0,4,dtype=torch.long))
x.take_along_dim(torch.tensor([[0],[1],[2]]),1)
x.take_along_dim(torch.tensor([[0],[1],[-1]]),1)
x.take_along_dim(torch.tensor([[0,1,1,0]]),0)
x.take_along_dim(x.argsort(dim=0,descending=True),0)
torch.take_along_dim(x,torch.tensor([5,11]))
torch.take_along_dim(x,torch.tensor([5,11]),0)
torch.take_along_dim(x,torch.tensor([[5.]]),0)
v.scatter(0,i,1.)
v.scatter(0,n,1.)
v.scatter(0,torch.tensor([2,0]),torch.tensor([7.,8.,9.]))
v.scatter(0,torch.tensor([2,0]),value=3)
x.scatter(1,torch.tensor([[0],[1],[2]]),-1)
x.scatter_(1,torch.tensor([[0],[1],[2]]),-1)
x.scatter(0,torch.tensor([[0,1,2,0]]),torch.ones(1,4))
torch.scatter(v,0,torch.tensor([0,0]),torch.tensor([1.,2.]),reduce='add')
torch.scatter(v,0,torch.tensor([1,1]),torch.tensor([3.,2.]),reduce='multiply')
v.scatter(0,torch.tensor([1,1]),2.,reduce='add')
torch.scatter(v,0,torch.tensor([0,0]),torch.tensor([1.]))
torch.scatter(v,0,torch.tensor([0]),torch.tensor([1.]).double())
torch.scatter(v,0,torch.tensor([[0]]),torch.tensor([1.]))
torch.scatter(x,0,torch.tensor([[0,0,0,0,0]]),1.)
v.scatter(0,torch.zeros(0,dtype=torch.long),torch.zeros(0))
s.scatter(0,torch.tensor(0),5.)
v.scatter_add(0,i,v)
v.scatter_add(0,torch.tensor([0,0,1]),v)
x.scatter_add_(1,torch.tensor([[0,0],[1,1],[3,2]]),torch.ones(3,4))
torch.scatter_add(v,0,torch.tensor([0]),torch.tensor([1]))
v.scatter_reduce(0,torch.tensor([0,0]),torch.tensor([1.,2.]),'mean')
v.scatter_reduce(0,torch.tensor([0,0]),torch.tensor([1.,2.]),'sum')
v.scatter_reduce(0,torch.tensor([1,1]),torch.tensor([3.,2.]),'prod')
v.scatter_reduce(0,torch.tensor([1,1]),torch.tensor([3.,2.]),'amax',include_self=False)
v.scatter_reduce(0,torch.tensor([1,1]),torch.tensor([3.,-2.]),'amin')
L.scatter_reduce(1,torch.tensor([[0,0],[1,1]]),torch.tensor([[3,4],[-3,-4]]),'mean')
L.scatter_reduce(1,torch.tensor([[0,0],[1,1]]),torch.tensor([[3,4],[-3,-4]]),'amax',include_self=False)
v.scatter_reduce(0,torch.tensor([0,0]),torch.tensor([1.,2.]),'bla')
torch.select_scatter(x,torch.ones(4),0,1)
x.select_scatter(torch.ones(3),1,-1)
torch.slice_scatter(x,torch.ones(2,4),0,1)
x.slice_scatter(torch.ones(3,2),1,0,4,2)
torch.slice_scatter(x,torch.ones(1,4),0,1)
torch.diagonal_scatter(x,torch.ones(3))
x.diagonal_scatter(torch.ones(2),-1)
torch.diagonal_scatter(x,torch.ones(2))
torch.as_strided_scatter(x,torch.ones(2),(2,),(1,))
torch.as_strided_scatter(x,torch.ones(2,2),(2,2),(4,1),1)
"""


@pytest.mark.parametrize("code", lines(READING, WRITING, BY_VECTOR, BY_MASK, ALONG_A_DIMENSION))
def test_same_as_pytorch(code: str) -> None:
    check(code, **SAMPLES)
