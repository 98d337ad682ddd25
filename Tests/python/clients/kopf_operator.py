"""A kopf operator on ConfigMaps that carry the label kopf=yes. Each handler answers in the object's annotations."""

import kopf

SELECTED = {"kopf": "yes"}


@kopf.on.startup()
def configure(settings, **_):
    settings.posting.enabled = False
    settings.watching.server_timeout = 30
    settings.persistence.finalizer = "suite.example.com/kopf"


@kopf.on.create("configmaps", labels=SELECTED)
def created(patch, **_):
    patch.metadata.annotations["created"] = "seen"


@kopf.on.update("configmaps", labels=SELECTED, field="data")
def updated(new, patch, **_):
    patch.metadata.annotations["updated"] = new["a"]


@kopf.on.field("configmaps", labels=SELECTED, field="data.b")
def field_changed(new, patch, **_):
    patch.metadata.annotations["field"] = str(new)


@kopf.on.delete("configmaps", labels=SELECTED)
def deleted(name, logger, **_):
    logger.info("deleted handler ran for %s", name)
