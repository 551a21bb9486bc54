"""Who has looked: the citizen's own access log in plain words. (Blocks and proxies come here too.)"""
