"""What stands behind SES on the local stack: the received mail, and the reports that SES would send about it."""
