"""The words and the look: pages, mails, and the engine that fills them in. Decides nothing about anybody."""
