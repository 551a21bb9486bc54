"""What comes next: goals, plans, tasks, referrals, appointments and services, each with who owns it and when."""
