"""Names as programs import them, from wherever they are defined."""

import torch
import torch.utils.data as data
from torch import Tensor, cuda, nn, optim
from torch.autograd import Variable
from torch.nn import Module, Parameter, functional
from torch.nn.functional import cross_entropy
from torch.nn.init import xavier_uniform_
from torch.nn.modules.activation import ReLU
from torch.nn.modules.batchnorm import BatchNorm1d
from torch.nn.modules.container import ModuleList, Sequential
from torch.nn.modules.conv import Conv2d
from torch.nn.modules.loss import CrossEntropyLoss
from torch.nn.modules.module import Module as DeepModule
from torch.nn.modules.utils import _pair
from torch.nn.parameter import Parameter as DeepParameter
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence
from torch.optim.adam import Adam
from torch.optim.lr_scheduler import LambdaLR, StepLR
from torch.optim.optimizer import Optimizer
from torch.utils.data.dataloader import DataLoader, default_collate
from torch.utils.data.dataset import Dataset, Subset, TensorDataset
from torch.utils.data.sampler import RandomSampler, SequentialSampler, SubsetRandomSampler

print(DeepModule is Module is nn.Module, DeepParameter is Parameter is nn.Parameter)
print(ReLU is nn.ReLU, Conv2d is nn.Conv2d, BatchNorm1d is nn.BatchNorm1d)
print(
    ModuleList is nn.ModuleList,
    Sequential is nn.Sequential,
    CrossEntropyLoss is nn.CrossEntropyLoss,
)
print(functional is nn.functional, cross_entropy is functional.cross_entropy)
print(xavier_uniform_ is nn.init.xavier_uniform_, clip_grad_norm_ is nn.utils.clip_grad_norm_)
print(
    Adam is optim.Adam,
    Optimizer is optim.Optimizer,
    issubclass(StepLR, optim.lr_scheduler.LRScheduler),
)
print(DataLoader is data.DataLoader, default_collate is data.default_collate)
print(Dataset is data.Dataset, Subset is data.Subset, TensorDataset is data.TensorDataset)
print([each.__name__ for each in (RandomSampler, SequentialSampler, SubsetRandomSampler, LambdaLR)])
print(pad_sequence([torch.ones(2), torch.ones(3)], batch_first=True), _pair(3), _pair((1, 2)))
packed = pack_padded_sequence(torch.ones(3, 2, 1), [3, 2])
print(pad_packed_sequence(packed)[1])
print(isinstance(Variable(torch.ones(1)), Tensor), cuda.is_available(), hasattr(torch, "nonesuch"))
print(torch.__version__ >= "2.8", torch.__version__ < "3", torch.version.cuda)
print(getattr(nn, "Linear")(2, 3), nn.modules.linear.Linear is nn.Linear)
for text in ("import torch.nonesuch", "from torch.nn import Nonesuch", "torch.nonesuch"):
    try:
        exec(text)
    except (ImportError, AttributeError) as error:
        print(str(error).splitlines()[0].split(" (")[0])
