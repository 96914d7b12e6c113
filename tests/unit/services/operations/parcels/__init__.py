"""A throw-away context: a parcel waits a day, then it is late, and a coordinator looks for it."""
