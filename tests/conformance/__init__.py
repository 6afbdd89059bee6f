"""What we sign and prove, judged by the code of others."""
