"""Which figures and statements cannot all be true."""
