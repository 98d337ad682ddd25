// Tests of the room PodModel: scheduling, the life of a pod in virtual time, behaviour rules, load.
