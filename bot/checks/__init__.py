"""What `check` looks at, one subject a file; all faults are gathered before any is shown."""
