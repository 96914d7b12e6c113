"""What each signed-in person owes and is owed: the trainee's hub, the operator's queue."""
