"""The local stack itself: MiniStack for AWS, the template turned and deployed, the gateway in front, the processes."""
