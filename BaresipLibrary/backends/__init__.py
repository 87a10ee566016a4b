"""How an agent's baresip runs: the contract, and who fulfils it."""
