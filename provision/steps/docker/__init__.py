"""Steps for images, containers, networks and the daemon of docker on a host.

All of them ask first, by `docker inspect`, and change only what differs. What may take long (a
pull, a build, a save, a load) runs as a job that outlives the connection.
"""
