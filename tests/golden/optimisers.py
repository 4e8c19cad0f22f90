"""Twenty steps of each optimiser on a given sequence of gradients, by PyTorch in float32."""
import torch

from golden import Random, number, tensor, write

N, STEPS = 6, 20


def run(name, optimiser, make, options, r, clip_norm=0.0):
    start = r.uniform(-1, 1, N)
    gradients = r.uniform(-1, 1, STEPS, N)
    p = torch.nn.Parameter(torch.tensor(start).double())
    with_torch = make([p])
    path = []
    for g in gradients:
        p.grad = torch.tensor(g).double()
        if clip_norm:
            torch.nn.utils.clip_grad_norm_([p], clip_norm)
        with_torch.step()
        path.append([number(v) for v in p.detach().numpy()])
    return {"name": name, "optimiser": optimiser, "options": options, "rate": with_torch.param_groups[0]["lr"],
            "start": tensor(start)["data"], "gradients": [[number(v) for v in g] for g in gradients], "path": path,
            "tolerance": 3e-6}


def main():
    r = Random(2)
    o = torch.optim
    cases = [
        run("sgd", "sgd", lambda p: o.SGD(p, lr=0.1), {}, r),
        run("sgd_momentum", "sgd", lambda p: o.SGD(p, lr=0.1, momentum=0.9), {"momentum": 0.9}, r),
        run("sgd_nesterov_decay", "sgd", lambda p: o.SGD(p, lr=0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
            {"momentum": 0.9, "nesterov": 1, "weight_decay": 0.01}, r),
        run("rmsprop", "rmsprop", lambda p: o.RMSprop(p, lr=0.01, alpha=0.9), {"rho": 0.9}, r),
        run("rmsprop_momentum", "rmsprop", lambda p: o.RMSprop(p, lr=0.01, alpha=0.99, momentum=0.5),
            {"rho": 0.99, "momentum": 0.5}, r),
        run("adam", "adam", lambda p: o.Adam(p, lr=0.01), {}, r),
        run("adam_decay", "adam", lambda p: o.Adam(p, lr=0.01, betas=(0.8, 0.99), eps=1e-7, weight_decay=0.1),
            {"beta1": 0.8, "beta2": 0.99, "epsilon": 1e-7, "weight_decay": 0.1}, r),
        run("adamw", "adamw", lambda p: o.AdamW(p, lr=0.01, weight_decay=0.1), {"weight_decay": 0.1}, r),
        run("sgd_clip_norm", "sgd", lambda p: o.SGD(p, lr=0.1), {"clip_norm": 0.5}, r, clip_norm=0.5),
    ]
    write("optimisers.json", cases)


if __name__ == "__main__":
    main()
