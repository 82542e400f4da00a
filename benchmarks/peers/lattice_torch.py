"""The lattice of samples/lattice.bg in PyTorch."""

import torch

x = torch.tensor(1.0, dtype=torch.float64, requires_grad=True)
t, b = torch.sin(x), torch.cos(x)
for _ in range(4):
    t, b = torch.sin(t + b), torch.cos(t + b)
o = t * b
o.backward()
print(o.item(), x.grad.item())
