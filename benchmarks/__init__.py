"""How fast apecgraph answers beside other servers on the same machine: `scripts/bench`."""
