"""The school register: what a school is, the register of them, finding one, and bringing in new lists."""
