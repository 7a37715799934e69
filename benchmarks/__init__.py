"""How fast apecgraph answers, beside others on the same machine: `scripts/bench`."""
