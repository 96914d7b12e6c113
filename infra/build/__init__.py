"""What is made from the source: artifacts for AWS, the API document, the event schemas."""
