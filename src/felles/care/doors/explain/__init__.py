"""Why a record is open or not: for staff, citizens, those who act for others, and who keeps the roles."""
