"""What experiments need: results recorded, kept, compared, checked and searched for."""
