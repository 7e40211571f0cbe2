"""The rehearsal of a deployment: stacks made in the emulator, functions started from the deployment package."""
