"""Views, copies and parts of tensors: the same results and refusals as PyTorch."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from tests.parity.expressions import check, lines

SAMPLES = {
    "x": np.arange(12, dtype=np.float32).reshape(3, 4),
    "v": np.arange(3, dtype=np.float32),
    "s": np.array(1.0, np.float32),
    "z": np.zeros((2, 0, 3), np.float32),
    "y": np.arange(24, dtype=np.float32).reshape(2, 3, 4),
    "o": np.zeros((1, 2, 1), np.float32),
}

RESHAPING = """
x.view(5)
x.view(-1,5)
x.view(-1,-1)
x.view(-2,3)
x.view(3,-1,0)
z.view(-1,0)
z.view(-1,3)
z.view(0,-1)
x.T.view(12)
x.T.view(2,2,3)
y.transpose(0,1).view(3,2,2,2)
x.view([4,3]).shape
x.view((4,),3)
x.view(torch.Size([4,3])).shape
x.view(size=(4,3)).shape
x.reshape(5)
x.reshape(())
s.reshape(())
s.reshape(1,1)
s.reshape(-1)
x.reshape(4,-1).shape
x.reshape(shape=(4,3)).shape
torch.reshape(x,(2,6))
torch.reshape(x.T,(2,6))
x.T.reshape(-1)
x.T.reshape(12).stride()
x.flatten()
x.flatten(1,0)
x.flatten(0,5)
y.flatten(1)
y.flatten(0,1)
y.flatten(-2,-1)
s.flatten()
x.flatten(-1).shape
torch.flatten(y.transpose(0,1),1)
x.unflatten(1,(2,-1)).shape
x.unflatten(1,(3,3))
x.unflatten(1,())
x.unflatten(1,(-1,-1))
torch.unflatten(x,0,(3,1)).shape
x.ravel().shape
x.T.ravel()
x.view_as(v)
x.view_as(torch.zeros(4,3)).shape
x.reshape_as(torch.zeros(2,6)).shape
x.contiguous().is_contiguous()
x.T.contiguous().stride()
x.T.is_contiguous()
"""

DIMENSIONS = """
x.squeeze(5)
x.squeeze(0).shape
x.squeeze((0,1)).shape
o.squeeze((0,2)).shape
o.squeeze((0,0)).shape
o.squeeze().shape
o.squeeze(0).shape
o.squeeze(-1).stride()
s.squeeze().shape
s.squeeze(0).shape
x.unsqueeze(3)
x.unsqueeze(-3).shape
x.unsqueeze(1).stride()
s.unsqueeze(0)
s.unsqueeze(-1)
s.unsqueeze(1)
x.transpose(0,2)
x.transpose(-1,0).stride()
s.transpose(0,-1)
x.swapdims(0,1).shape
x.swapaxes(0,1).shape
torch.swapaxes(y,0,2).shape
x.permute(1)
x.permute(1,1)
x.permute(0,3)
x.permute((1,0)).shape
x.permute(1,0).shape
x.permute(dims=(1,0)).shape
torch.permute(x,(1,0)).shape
y.permute(2,0,-2)
s.permute(())
x.t()
v.t()
y.t()
v.T
y.T.shape
v.mT
y.mT
x.H.shape
y.H
x.adjoint()
s.T
torch.movedim(y,(0,1),(1,2)).shape
torch.movedim(y,(0,1),(1,1)).shape
torch.movedim(y,(0,1),(1,))
torch.movedim(y,0,-1)
y.moveaxis(2,0)
y.movedim((2,0),(0,1)).shape
s.movedim(0,0)
"""

BROADCASTING = """
x.expand(2,3,4)
x.expand(-1,4).shape
x.expand(3)
x.expand(2,4)
x.expand(-1,3,4)
x.expand(-2,4)
v.expand(2,-1).stride()
v.expand(0,3).shape
torch.zeros(1).expand(0).shape
s.expand(2,2)
o.expand(3,2,4).stride()
x.expand(size=(1,3,4)).shape
v.expand_as(torch.zeros(2,3))
x.broadcast_to((2,3,4)).shape
torch.broadcast_to(v,(2,3))
torch.broadcast_tensors(v,x)
torch.broadcast_tensors(v,x[:,:3])
torch.broadcast_shapes((3,1),(4,))
torch.broadcast_shapes((3,2),(4,))
torch.broadcast_shapes(3,(1,3))
x.sum_to_size(1,4)
x.sum_to_size((3,1))
x.sum_to_size(4)
x.sum_to_size(3,4)
x.sum_to_size(3,4,1)
torch.atleast_1d(s)
torch.atleast_1d(s,v)
torch.atleast_1d([v,s])
torch.atleast_2d(v,s)
torch.atleast_2d(x)
torch.atleast_3d(x).shape
torch.atleast_3d(v).shape
torch.atleast_3d(s,y)
"""

WALKING = """
x.diagonal(1)
x.diagonal(-1)
x.diagonal(0,1,0)
x.diagonal(9)
x.diagonal(0,0,0)
x.diagonal(1).stride()
v.diagonal()
y.diagonal(0,1,2)
y.diagonal(-1,0,-1)
torch.diag(v,1)
torch.diag(v,-2)
torch.diag(x,-1)
torch.diag(s)
torch.diag(y)
torch.diag_embed(v,1)
torch.diag_embed(x,0,0,2)
torch.diag_embed(x,-1,1,0)
torch.diag_embed(x,0,0,0)
torch.diagflat(x[:2,:2],1)
v.diagflat(-1)
v.unfold(0,2,1)
x.unfold(1,3,1)
x.unfold(0,2,1).stride()
x.unfold(1,2,2)
v.unfold(0,4,1)
v.unfold(0,2,0)
v.unfold(0,-1,1)
v.unfold(0,0,1).shape
s.unfold(0,1,1)
s.unfold(0,2,1)
x.resize_(2,3)
torch.zeros(2).resize_(5,5).shape
x.resize_as_(v)
x.as_strided((2,2),(1,1))
x.as_strided((2,2),(1,1),3)
x.as_strided((20,),(1,))
x.as_strided((2,),(-1,))
x.as_strided((2,),(1,1))
x[1].as_strided((2,),(1,))
x[1].as_strided((2,),(1,),0)
x.T.as_strided((2,3),(4,1),1)
torch.as_strided(v,(3,3),(0,1))
x.narrow(0,1,2)
x.narrow(0,2,2)
x.narrow(0,-1,1)
x.narrow(0,torch.tensor(1),1)
x.narrow(0,0,-1)
x.narrow(0,3,0)
x.narrow(0,4,0)
s.narrow(0,0,1)
torch.narrow(x,1,0,2)
x.select(0,3)
x.select(2,0)
s.select(0,0)
x.select(1,-1)
torch.select(x,0,1)
"""

PARTS = """
x.unbind(1)
x.unbind()
s.unbind()
torch.unbind(y,-1)
x.split(2,1)
x.split(5)
x.split([1,2],1)
x.split([1,3],1)
x.split((0,3))
x.split(0)
x.split(-1)
z.split(0,1)
torch.zeros(0).split(0)
torch.zeros(0).split(2)
s.split(1)
torch.split(x,2,dim=1)
torch.split(x,split_size_or_sections=[1,2])
x.split_with_sizes([1,2])
x.split_with_sizes([1,2],5)
x.split([1,-1,3])
x.chunk(2,1)
x.chunk(3,1)
x.chunk(9)
x.chunk(0)
s.chunk(1)
torch.zeros(0).chunk(3)
torch.chunk(y,2,dim=2)
x.tensor_split(2,1)
x.tensor_split(3,1)
x.tensor_split((1,3),1)
x.tensor_split((-1,9),1)
x.tensor_split((3,1),1)
x.tensor_split(torch.tensor([1,3]),1)
x.tensor_split(torch.tensor(2),1)
x.tensor_split(0)
s.tensor_split(1)
torch.hsplit(x,2)
torch.hsplit(x,[1])
torch.hsplit(x,3)
torch.hsplit(s,1)
torch.vsplit(v,1)
x.vsplit(3)
torch.dsplit(x,1)
y.dsplit(2)
"""

COPIES = """
x.repeat(2)
x.repeat(2,1,1)
x.repeat(2,-1)
x.repeat(2,0)
x.repeat((1,2))
s.repeat(2)
z.repeat(2,2,2)
x.tile(2)
x.tile((2,2,2))
x.tile(2,2)
torch.tile(v,(2,))
v.repeat_interleave(2)
v.repeat_interleave(0)
v.repeat_interleave(torch.tensor([1,0,2]))
v.repeat_interleave(torch.tensor([1,0]))
x.repeat_interleave(torch.tensor([1,0,2]),0)
x.repeat_interleave(2,1)
x.repeat_interleave(2)
x.repeat_interleave(2,dim=-2)
x.repeat_interleave(torch.tensor([2]),1)
x.repeat_interleave(torch.tensor(2),1)
torch.repeat_interleave(torch.tensor([1,0,2]))
v.repeat_interleave(-1)
v.repeat_interleave(torch.tensor([1,-1,1]))
v.repeat_interleave(torch.tensor([1.,1,1]))
v.repeat_interleave(torch.tensor([1,0,2]),output_size=3)
s.repeat_interleave(3)
torch.tril(v)
torch.tril(x,1)
torch.triu(x,-1)
y.triu(1)
torch.flip(x,(0,0))
torch.flip(x,(0,-1))
x.flip(0,1)
x.flip([0])
x.flip(5)
x.flip(())
v.fliplr()
x.fliplr()
x.flipud()
s.flipud()
torch.rot90(x)
torch.rot90(x,2)
torch.rot90(x,-1)
torch.rot90(x,-1,(1,0))
torch.rot90(y,3,(1,2))
torch.rot90(x,4)
torch.rot90(x,1,(0,0))
torch.rot90(x,1,(0,))
torch.rot90(v)
torch.rot90(x,1,(0,3))
x.roll(1)
x.roll((1,2),(0,1))
x.roll(-1,1)
x.roll(9,0)
x.roll((1,1),(0,0))
x.roll(1,(0,1))
x.roll((1,2))
s.roll(1,0)
s.roll(1)
z.roll(1,1)
torch.meshgrid(v,v[:2])
torch.meshgrid(v,v[:2],indexing="xy")
torch.meshgrid(v,v[:2],s,indexing="xy")
torch.meshgrid(v,x)
torch.meshgrid(v,v,indexing="z")
torch.meshgrid([v,s],indexing="ij")
torch.meshgrid()
torch.meshgrid(v,v.long())
torch.cartesian_prod(v,v[:2])
torch.cartesian_prod(v,v,v)
torch.cartesian_prod(v)
torch.cartesian_prod(v,x)
torch.combinations(v)
torch.combinations(v,3)
torch.combinations(v,2,True)
torch.combinations(x)
torch.combinations(v,0)
torch.combinations(v,-1)
torch.combinations(v,4)
torch.combinations(v,1)
"""

WRITING_THROUGH = """
x.view(-1)[3] = 7
x.T[1] = 5
x.transpose(0,1)[2,1] = 5
x.diagonal().add_(3)
x[1].unsqueeze(0).mul_(2)
x.unfold(1,2,2)[0,1,0] = 9
x.reshape(2,6)[1] = 0
x.T.reshape(12)[0] = 50
x.flatten()[0] = 8
x.split(1)[2].zero_()
x.unbind(1)[3].fill_(4)
x.narrow(1,1,2).neg_()
x.as_strided((2,),(5,),1).fill_(7)
x.expand(1,3,4)[0,0,0] = 4
x.contiguous()[0] = 1
x.permute(1,0).view(4,3)[0] = 3
x.squeeze()[0] = 2
x.movedim(0,1)[0] = 2
x.chunk(2,1)[1].mul_(10)
x.tril_(-1)
x.triu_()
"""


@pytest.mark.parametrize(
    "code",
    lines(RESHAPING, DIMENSIONS, BROADCASTING, WALKING, PARTS, COPIES, WRITING_THROUGH),
)
def test_same_as_pytorch(code: str) -> None:
    check(code, **SAMPLES)
