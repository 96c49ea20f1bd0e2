"""The benchmark's reference model in PyTorch's eager mode, on one thread: TAMOR with one-hot encoding.

Same sizes, optimizers and batches of random ids as the JVM benchmark beside it. Only the sample's own
experts run, grouped by tier and scenario, as a PyTorch user who cares about speed would write it.
Prints one JSON line. Needs Debian's python3-torch (or any PyTorch).
"""
import json
import sys
import time

import torch
from torch import nn

USER_FIELDS, ITEM_FIELDS, ROWS, DIM = 16, 10, 100_000, 8
USER_DENSE, ITEM_DENSE, TIERS, SCENARIOS, BATCH = 16, 8, 3, 6, 512
EXPERT, BIAS, TOWER = (128, 64), (32, 16), (64, 32)


def mlp(inputs, sizes):
    layers = []
    for size in sizes:
        layers += [nn.Linear(inputs, size), nn.ReLU()]
        inputs = size
    return nn.Sequential(*layers)


class Side(nn.Module):
    """One PLE level of one own and one shared expert; each row runs its own group's expert and gate."""

    def __init__(self, inputs, groups):
        super().__init__()
        self.own = nn.ModuleList(mlp(inputs, EXPERT) for _ in range(groups))
        self.shared = mlp(inputs, EXPERT)
        self.gates = nn.ModuleList(nn.Linear(inputs, 2) for _ in range(groups))

    def forward(self, x, group):
        shared = self.shared(x)
        out = torch.empty_like(shared)
        for g, (own, gate) in enumerate(zip(self.own, self.gates)):
            rows = (group == g).nonzero(as_tuple=True)[0]
            if len(rows):
                mine = x[rows]
                w = torch.softmax(gate(mine), dim=1)
                out = out.index_copy(0, rows, w[:, :1] * own(mine) + w[:, 1:] * shared[rows])
        return out


class Tamor(nn.Module):
    def __init__(self):
        super().__init__()
        self.user_tables = nn.ModuleList(nn.Embedding(ROWS, DIM, sparse=True) for _ in range(USER_FIELDS))
        self.item_tables = nn.ModuleList(nn.Embedding(ROWS, DIM, sparse=True) for _ in range(ITEM_FIELDS))
        self.user = Side(USER_FIELDS * DIM + USER_DENSE, TIERS)
        self.item = Side(ITEM_FIELDS * DIM + ITEM_DENSE, SCENARIOS)
        d, b = EXPERT[-1], BIAS[-1]
        self.bias = mlp(d, BIAS)
        self.bias_head = nn.Linear(b, 1)
        self.common = nn.ModuleList(nn.Sequential(mlp(2 * d, TOWER), nn.Linear(TOWER[-1], 1)) for _ in range(2))
        self.specific = nn.ModuleList(nn.Sequential(mlp(2 * d + b, TOWER), nn.Linear(TOWER[-1], 1)) for _ in range(2))

    def forward(self, ids, user_dense, item_dense, tier, scenario):
        user = [table(ids[:, i]) for i, table in enumerate(self.user_tables)]
        item = [table(ids[:, USER_FIELDS + i]) for i, table in enumerate(self.item_tables)]
        user = self.user(torch.cat(user + [user_dense], dim=1), tier)
        item = self.item(torch.cat(item + [item_dense], dim=1), scenario)
        both, bias = torch.cat([user, item], dim=1), self.bias(user)
        all_three = torch.cat([both, bias], dim=1)
        logits = [t(both) for t in self.common] + [t(all_three) for t in self.specific] + [self.bias_head(bias)]
        return torch.cat(logits, dim=1)


def batches(count, generator):
    for _ in range(count):
        yield (
            (
                # Small rows are more frequent, as categories are.
                (torch.rand(BATCH, USER_FIELDS + ITEM_FIELDS, generator=generator) ** 3 * ROWS).long().clamp_(max=ROWS - 1),
                torch.randn(BATCH, USER_DENSE, generator=generator),
                torch.randn(BATCH, ITEM_DENSE, generator=generator),
                torch.randint(TIERS, (BATCH,), generator=generator),
                torch.randint(SCENARIOS, (BATCH,), generator=generator),
            ),
            torch.bernoulli(torch.full((BATCH, 5), 0.2), generator=generator),
        )


def main(seconds=5.0, seed=1):
    torch.set_num_threads(1)
    torch.manual_seed(seed)
    model = Tamor()
    tables = list(model.user_tables.parameters()) + list(model.item_tables.parameters())
    sparse = {id(p) for p in tables}
    adam = torch.optim.Adam([p for p in model.parameters() if id(p) not in sparse], lr=1e-3)
    adagrad = torch.optim.Adagrad(tables, lr=0.05, initial_accumulator_value=0.1)
    data = list(batches(32, torch.Generator().manual_seed(seed)))

    def train(inputs, labels):
        adam.zero_grad(set_to_none=True)
        adagrad.zero_grad(set_to_none=True)
        loss = nn.functional.binary_cross_entropy_with_logits(model(*inputs), labels, reduction="none")
        loss.mean(dim=0).sum().backward()
        adam.step()
        adagrad.step()

    def score(inputs, _labels):
        with torch.no_grad():
            torch.sigmoid(model(*inputs))

    def rate(step):
        for inputs, labels in data:
            step(inputs, labels)
        # The best step, as the JVM benchmark counts: what the code can do on a shared machine.
        best, end = 0.0, time.perf_counter() + seconds
        while time.perf_counter() < end:
            for inputs, labels in data:
                start = time.perf_counter()
                step(inputs, labels)
                best = max(best, BATCH / (time.perf_counter() - start))
        return best

    print(
        json.dumps(
            {
                "torch": torch.__version__,
                "trainingSamplesPerSecond": rate(train),
                "forwardSamplesPerSecond": rate(score),
            }
        )
    )


if __name__ == "__main__":
    main(*(float(argument) for argument in sys.argv[1:2]))
