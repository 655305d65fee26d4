"""What is the same in every framework: numpy and matplotlib only."""
