"""`make bench`: what a logon costs beside Django's, and whether time tells a known address from an unknown one."""
