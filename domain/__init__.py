"""What is true about missing children's episodes; standard library only."""
