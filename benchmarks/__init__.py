"""How fast apecgraph answers, compared with other servers on the same machine: `scripts/bench`."""
