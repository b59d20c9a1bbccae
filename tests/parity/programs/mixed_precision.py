"""Mixed precision as programs write it for a GPU, on a machine without one."""

import warnings
from contextlib import nullcontext

import torch
import torch.nn.functional as F
from torch import nn
from torch.cuda.amp import GradScaler, autocast
from torch.nn.parallel import DistributedDataParallel as DDP
from torch.utils.checkpoint import checkpoint

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    scaler = GradScaler()
    old = autocast()
    new = torch.autocast("cuda", dtype=torch.float16)
    on_cpu = torch.amp.GradScaler("cpu", init_scale=1024.0)
print([(each.category.__name__, str(each.message)) for each in caught])

device_type = "cuda" if torch.cuda.is_available() else "cpu"
context = nullcontext() if device_type == "cpu" else old
torch.backends.cuda.matmul.allow_tf32 = True
torch.backends.cudnn.allow_tf32 = True
torch.set_float32_matmul_precision("high")

torch.manual_seed(0)
model = torch.compile(nn.Sequential(nn.Linear(6, 12), nn.GELU(), nn.Linear(12, 3)))
if torch.distributed.is_initialized():
    model = DDP(model)
optimizer = torch.optim.AdamW(model.parameters(), lr=0.05)
x, y = torch.randn(24, 6), torch.arange(24) % 3
for step in range(10):
    with context, old, new:
        hidden = checkpoint(model, x, use_reentrant=False)
        loss = F.cross_entropy(hidden, y)
    optimizer.zero_grad(set_to_none=True)
    scaler.scale(loss).backward()
    scaler.unscale_(optimizer)
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    print(f"{step} {loss.item():.4f} {hidden.dtype} {scaler.get_scale()}")
for step in range(3):
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    on_cpu.scale(loss).backward()
    on_cpu.step(optimizer)
    on_cpu.update()
    print(f"{step} {loss.item():.4f}", on_cpu.state_dict())
with torch.autocast("cpu"):
    print(model(x).dtype, (x + x).dtype, torch.is_autocast_enabled("cpu"))
for attempt in (
    lambda: x.cuda(),
    lambda: model.to("cuda:0"),
    lambda: x.to("mps"),
    lambda: torch.cuda.current_device(),
):
    try:
        attempt()
    except (AssertionError, RuntimeError) as error:
        print(str(error).splitlines()[0])

query = torch.randn(2, 2, 3, 4)
with torch.autocast("cpu"):
    attention = torch.nn.functional.scaled_dot_product_attention
    print(attention(query, query, query.bfloat16()).dtype)
    print(attention(query, query, query, attn_mask=torch.zeros(3, 3)).dtype)
    print(attention(*[query.double()] * 3).dtype)
print(isinstance(torch.nn.Linear(1, 1), torch.jit.ScriptModule))
