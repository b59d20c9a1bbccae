"""Copying with ``nn.Transformer``: positional encoding, masks for what is ahead and for padding."""

import math

import torch
from torch import Tensor, nn

PAD, BOS, EOS = 0, 1, 2
VOCAB = 12


class PositionalEncoding(nn.Module):
    def __init__(self, d_model: int, dropout: float, max_len: int = 50) -> None:
        super().__init__()
        self.dropout = nn.Dropout(p=dropout)
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(1, max_len, d_model)
        pe[0, :, 0::2] = torch.sin(position * div_term)
        pe[0, :, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x: Tensor) -> Tensor:
        return self.dropout(x + self.pe[:, : x.size(1)])


class Copier(nn.Module):
    def __init__(self, d_model: int = 32) -> None:
        super().__init__()
        self.d_model = d_model
        self.embed = nn.Embedding(VOCAB, d_model, padding_idx=PAD)
        self.places = PositionalEncoding(d_model, 0.1)
        self.transformer = nn.Transformer(
            d_model=d_model,
            nhead=4,
            num_encoder_layers=1,
            num_decoder_layers=2,
            dim_feedforward=64,
            dropout=0.1,
            batch_first=True,
        )
        self.generator = nn.Linear(d_model, VOCAB)
        for p in self.parameters():
            if p.dim() > 1:
                nn.init.xavier_uniform_(p)

    def embedded(self, tokens: Tensor) -> Tensor:
        return self.places(self.embed(tokens) * math.sqrt(self.d_model))

    def forward(self, src: Tensor, tgt: Tensor) -> Tensor:
        ahead = nn.Transformer.generate_square_subsequent_mask(tgt.size(1))
        out = self.transformer(
            self.embedded(src),
            self.embedded(tgt),
            tgt_mask=ahead,
            src_key_padding_mask=src == PAD,
            tgt_key_padding_mask=(tgt == PAD).float().masked_fill(tgt == PAD, float("-inf")),
            memory_key_padding_mask=src == PAD,
        )
        return self.generator(out)


def batch(size: int) -> tuple[Tensor, Tensor]:
    """Sequences of 3 to 6 symbols; to be copied backwards."""
    lengths = torch.randint(3, 7, (size,)).tolist()
    src = [torch.randint(3, VOCAB, (n,)) for n in lengths]
    ends = (torch.tensor([BOS]), torch.tensor([EOS]))
    tgt = [torch.cat([ends[0], s.flip(0), ends[1]]) for s in src]
    pad = nn.utils.rnn.pad_sequence
    return pad(src, batch_first=True, padding_value=PAD), pad(tgt, batch_first=True)


torch.manual_seed(42)
model = Copier()
criterion = nn.CrossEntropyLoss(ignore_index=PAD)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9)
schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda i: min((i + 1) / 10, 1.0))

for step in range(25):
    src, tgt = batch(24)
    logits = model(src, tgt[:, :-1])
    loss = criterion(logits.reshape(-1, VOCAB), tgt[:, 1:].reshape(-1))
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    schedule.step()
    print(f"step {step} lr {schedule.get_last_lr()[0]:.1e} loss {loss.item():.4f}")


@torch.no_grad()
def greedy(src: Tensor, steps: int) -> Tensor:
    ys = torch.full((len(src), 1), BOS)
    for _ in range(steps):
        logits = model(src, ys)[:, -1]
        ys = torch.cat([ys, logits.argmax(-1, keepdim=True)], dim=1)
    return ys


model.eval()
src, _ = batch(3)
decoded = greedy(src, 5)
print(src.shape, decoded.shape, (decoded[:, 0] == BOS).all().item())
print(f"log-probability {model(src, decoded).log_softmax(-1).max(-1).values.mean():.4f}")
