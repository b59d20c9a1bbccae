"""Programs to be traced by ``torch.fx``, for graphnet and for PyTorch alike."""

import math
import operator
from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple


class Pair(NamedTuple):
    first: Any
    second: Any


class Mode(Enum):
    PLUS = 1


def helper(x: Any, scale: Any = 2, mode: Mode = Mode.PLUS) -> Any:
    return x * scale


def modules(torch: Any) -> dict[str, tuple[Any, tuple[Any, ...]]]:  # noqa: C901  # many small classes
    """Modules of a package, with arguments, by name."""
    nn, functional = torch.nn, torch.nn.functional
    torch.manual_seed(0)
    found: dict[str, tuple[Any, tuple[Any, ...]]] = {}

    def program(*shapes: tuple[int, ...]) -> Callable[[type], type]:
        def add(kind: type) -> type:
            inputs = tuple(torch.randn(shape) for shape in shapes)
            found[kind.__name__] = (kind().eval(), inputs)
            return kind

        return add

    @program((2, 3))
    class Mlp(nn.Module):  # type: ignore[misc, name-defined]  # of either package
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))

        def forward(self, x: Any) -> Any:
            return torch.softmax(self.layers(x), dim=-1)

    @program((2, 1, 8, 8))
    class Cnn(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.conv = nn.Conv2d(1, 3, 3, padding=1)
            self.norm = nn.BatchNorm2d(3)
            self.out = nn.Linear(48, 5)

        def forward(self, x):  # type: ignore[no-untyped-def]  # annotations would be printed
            x = functional.relu(self.norm(self.conv(x)))
            x = functional.max_pool2d(x, 2)
            x = functional.dropout(x, 0.5, self.training)
            return functional.log_softmax(self.out(torch.flatten(x, 1)), 1)

    @program((2, 4))
    class Residual(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(4, 4), nn.Linear(4, 4, bias=False)
            self.act = functional.gelu

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            y = self.act(self.first(x))
            y += self.second(y)
            return (x + y) / math.sqrt(2.0)

    @program((2, 3, 4))
    class Attention(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.qkv = nn.Linear(4, 12)
            self.register_buffer("mask", torch.tril(torch.ones(3, 3)))

        def forward(self, x):  # type: ignore[no-untyped-def]
            q, k, v = self.qkv(x).chunk(3, dim=-1)
            weights = q @ k.transpose(-2, -1) * (1.0 / math.sqrt(4))
            weights = weights.masked_fill(self.mask == 0, float("-inf"))
            return functional.softmax(weights, dim=-1) @ v, weights.shape

    @program((2, 3), (3,))
    class Operators(nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x, y, scale=2.0, *, shift: int = 1):  # type: ignore[no-untyped-def]
            z = (x + 1 - y) * 2 / scale**2 // 3 % 5
            z = 1 - z @ y.unsqueeze(-1) + 2.0 ** (-z).sum() * 3 + shift
            w = (x > 0) & (x <= 1) | ~(x != y) ^ (x == y)
            return {"z": z, "pair": [abs(z), +z, w], "none": (None, ..., 1.5, "text")}

    @program((4, 6))
    class Indexing(nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x):  # type: ignore[no-untyped-def]
            a, b = torch.split(x, 2)
            n = x.size(0)
            rows = x.shape[1]
            x[0]
            y = x[..., 1:4:2][:, None].reshape(n, -1)
            return torch.cat([a, b[::1]], dim=1), y.view(y.shape[0], rows // 3), x.T

    @program((2, 3))
    class Parameters(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.weight = nn.Parameter(torch.randn(3, 3))
            self.inner = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])
            self.table = nn.ParameterDict({"a": nn.Parameter(torch.ones(3))})
            self.register_buffer("mean", torch.ones(3))

        def forward(self, x):  # type: ignore[no-untyped-def]
            for layer in self.inner:
                x = layer(x)
            x = functional.linear(x, self.weight, self.inner[0].bias)
            x = self.mean + x - self.table["a"]
            return self.mean.add(x) * torch.ones(3)

    @program((2, 3))
    class Builtins(nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x):  # type: ignore[no-untyped-def]
            a = torch.special.expit(x) + torch.linalg.norm(x)
            b = torch.fft.fft(x).abs() + functional.sigmoid(x) + functional.tanh(x)
            c = torch.einsum("ij,ij->i", x, b) + functional.logsigmoid(a).mean(dim=1)
            d = functional.layer_norm(x, (3,)) + functional.pad(x, (0, 0))
            e = torch.where(x > 0, x, torch.zeros_like(x)) + torch.stack([x, d]).sum(0)
            return a, b, c, torch.clamp(d, min=0), e.to(torch.float64), x.to("cpu", torch.float32)

    @program((2, 3))
    class Helpers(nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, x, *rest, **more):  # type: ignore[no-untyped-def]
            return helper(x, scale=3), operator.neg(x), x.new_zeros(2), len(rest.__class__.__name__)

    @program((1, 2, 4, 4))
    class Nested(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            block = nn.Sequential(nn.Conv2d(2, 2, 1), nn.BatchNorm2d(2), nn.ReLU(inplace=True))
            self.body = nn.Sequential(block, nn.Sequential(nn.AvgPool2d(2), nn.Flatten()))

        def forward(self, x):  # type: ignore[no-untyped-def]
            return self.body(x).tanh()

    @program((3, 2, 4))
    class Layers(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.embed = nn.Embedding(7, 4)
            self.rnn = nn.GRU(4, 5)
            self.encoder = nn.TransformerEncoderLayer(4, 2, 8, 0.0)

        def forward(self, x):  # type: ignore[no-untyped-def]
            y, state = self.rnn(self.encoder(x))
            return y, state, self.embed(torch.arange(2)) + functional.one_hot(torch.tensor([1]), 4)

    @program((2, 3))
    class Keywords(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.loss = nn.MSELoss()

        def forward(self, input, target=None):  # type: ignore[no-untyped-def]
            a = self.loss(input=input, target=input * 2)
            b = functional.cross_entropy(input, torch.tensor([0, 2]), label_smoothing=0.1)
            return Pair(a, b), functional.interpolate(input[None], scale_factor=2.0)

    @program((2, 3))
    class Shared(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.a = nn.Linear(3, 3)
            self.b = self.a

        def forward(self, x):  # type: ignore[no-untyped-def]
            return self.b(self.a(x)), slice(0, x.size(0)), range(2)

    @program((2, 3))
    class Dead(nn.Module):  # type: ignore[misc, name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.used, self.unused = nn.Linear(3, 3), nn.Linear(3, 3)

        def forward(self, x):  # type: ignore[no-untyped-def]
            self.unused(x)
            x.exp()
            torch._assert(x.sum() < 1e9, "too much")
            return self.used(x).relu()

    @program((2, 3))
    class Names(nn.Module):  # type: ignore[misc, name-defined]
        def forward(self, input, type, self_1, inf=1):  # type: ignore[no-untyped-def]
            return input.sum() + type + self_1 + getattr(input, "ndim") + input.max(1).values.sum()  # noqa: B009

    found["Names"] = (found["Names"][0], (torch.randn(2, 3), 1, 2))
    return found
