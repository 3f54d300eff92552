"""What happens next: the decision for each coming day, with the facts as they will be if nothing new happens."""
