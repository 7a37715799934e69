"""Edit rules: which figures and statements cannot all be true."""
