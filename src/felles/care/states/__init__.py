"""Every state that a part or a page can be in, on one page: for who makes pages, and for tests that look at them."""
