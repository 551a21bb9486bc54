"""Who may act for whom: proxies a citizen gives and ends, and the pages of one who acts for another."""
