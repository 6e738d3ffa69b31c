"""`docker build`: a Dockerfile is read by docker's own parser and played, with its day's faults."""
