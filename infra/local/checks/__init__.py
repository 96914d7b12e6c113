"""What must hold on a running stack: consistent tables, and no function with more rights than it uses."""
