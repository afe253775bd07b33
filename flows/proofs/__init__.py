"""The rules that the content must keep, a small function each; `flows.proof` lists them."""
