"""Acting for another: parents, proxies, and what they see."""
