"""Drives an API server with the official Kubernetes client. Usage: official_client.py KUBECONFIG NAMESPACE"""

import sys
import threading

from kubernetes import client, config, dynamic, watch

GROUP, VERSION, PLURAL = "serving.deepseek.io", "v1alpha1", "deepseekclusters"
TIMEOUT = 30


def config_map(name, **data):
    return client.V1ConfigMap(metadata=client.V1ObjectMeta(name=name, labels={"suite": "python"}), data=data)


def check_conflict(core, namespace):
    """A write that carries an old resourceVersion is refused."""
    core.create_namespaced_config_map(namespace, config_map("contended", a="1"))
    stale = core.read_namespaced_config_map("contended", namespace)
    core.patch_namespaced_config_map("contended", namespace, {"data": {"a": "2"}})
    stale.data = {"a": "3"}
    try:
        core.replace_namespaced_config_map("contended", namespace, stale)
    except client.ApiException as error:
        assert error.status == 409, error
    else:
        raise AssertionError("a stale write was accepted")


def check_pages(core, namespace):
    for index in range(7):
        core.create_namespaced_config_map(namespace, config_map(f"page-{index}"))
    names, token = [], None
    while True:
        page = core.list_namespaced_config_map(namespace, label_selector="suite=python", limit=3, _continue=token)
        names += [item.metadata.name for item in page.items]
        token = page.metadata._continue
        if not token:
            break
        assert len(page.items) == 3, page
    assert names == ["contended"] + [f"page-{index}" for index in range(7)], names


def check_patches(api, namespace):
    """All four kinds of patch on a Deployment."""
    apps = client.AppsV1Api(api)
    container = client.V1Container(name="main", image="image:1")
    labels = {"app": "patched"}
    apps.create_namespaced_deployment(
        namespace,
        client.V1Deployment(
            metadata=client.V1ObjectMeta(name="patched"),
            spec=client.V1DeploymentSpec(
                replicas=0,
                selector=client.V1LabelSelector(match_labels=labels),
                template=client.V1PodTemplateSpec(
                    metadata=client.V1ObjectMeta(labels=labels), spec=client.V1PodSpec(containers=[container])
                ),
            ),
        ),
    )

    resource = dynamic.DynamicClient(api).resources.get(api_version="apps/v1", kind="Deployment")

    def patch(body, content_type, **options):
        return resource.patch(body=body, name="patched", namespace=namespace, content_type=content_type, **options)

    def containers(deployment):
        return [(c.name, c.image) for c in deployment.spec.template.spec.containers]

    sidecar = {"spec": {"template": {"spec": {"containers": [{"name": "side", "image": "side:1"}]}}}}
    strategic = patch(sidecar, "application/strategic-merge-patch+json")
    assert sorted(containers(strategic)) == [("main", "image:1"), ("side", "side:1")], strategic
    merged = patch(sidecar, "application/merge-patch+json")
    assert containers(merged) == [("side", "side:1")], merged
    path = "/spec/template/spec/containers/0/image"
    operations = [{"op": "test", "path": path, "value": "side:1"}, {"op": "replace", "path": path, "value": "side:2"}]
    assert containers(patch(operations, "application/json-patch+json")) == [("side", "side:2")]
    applied = {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "patched", "labels": {"by": "us"}}}
    result = resource.server_side_apply(body=applied, name="patched", namespace=namespace, field_manager="suite")
    assert result.metadata.labels["by"] == "us", result
    assert any(entry.manager == "suite" and entry.operation == "Apply" for entry in result.metadata.managedFields)
    applied["metadata"]["labels"]["by"] = "them"
    try:
        resource.server_side_apply(body=applied, name="patched", namespace=namespace, field_manager="other")
    except client.ApiException as error:
        assert error.status == 409, error
    else:
        raise AssertionError("a conflict of field managers was not told")
    apps.delete_namespaced_deployment("patched", namespace)


def check_watch(core, namespace):
    """A watch from a list's version sees exactly what happens after it."""
    start = core.list_namespaced_config_map(namespace).metadata.resource_version
    failures = []

    def change():
        try:
            core.create_namespaced_config_map(namespace, config_map("watched", a="1"))
            core.patch_namespaced_config_map("watched", namespace, {"data": {"a": "2"}})
            core.delete_namespaced_config_map("watched", namespace)
        except Exception as error:  # told by the main thread
            failures.append(error)

    changer = threading.Thread(target=change)
    changer.start()
    seen = []
    events = watch.Watch()
    for event in events.stream(
        core.list_namespaced_config_map, namespace, resource_version=start, timeout_seconds=TIMEOUT
    ):
        if event["object"].metadata.name == "watched":
            seen.append((event["type"], event["object"].data["a"]))
        if event["type"] == "DELETED":
            break
    changer.join(TIMEOUT)
    assert not failures, failures
    assert seen == [("ADDED", "1"), ("MODIFIED", "2"), ("DELETED", "2")], seen


def check_custom_resource(api, namespace):
    """Through discovery and the dynamic client, and as a plain custom object."""
    resource = dynamic.DynamicClient(api).resources.get(api_version=f"{GROUP}/{VERSION}", kind="DeepSeekCluster")
    assert resource.namespaced and resource.name == PLURAL and "dsc" in resource.short_names, resource
    body = {
        "apiVersion": f"{GROUP}/{VERSION}",
        "kind": "DeepSeekCluster",
        "metadata": {"name": "dynamic"},
        "spec": {
            "replicas": 2,
            "model": {"name": "m", "source": {"pvc": {"claimName": "models"}}},
            "engine": {"type": "vllm", "image": "vllm/vllm-openai:v0.33.0"},
        },
    }
    resource.create(body=body, namespace=namespace)
    assert resource.get(name="dynamic", namespace=namespace).spec.replicas == 2
    custom = client.CustomObjectsApi(api)
    scale = custom.get_namespaced_custom_object_scale(GROUP, VERSION, namespace, PLURAL, "dynamic")
    assert scale["spec"]["replicas"] == 2, scale
    body["metadata"]["name"] = "refused"
    body["spec"]["replicas"] = -1
    try:
        resource.create(body=body, namespace=namespace)
    except client.ApiException as error:
        assert error.status == 422, error
    else:
        raise AssertionError("a resource against its schema was accepted")
    resource.delete(name="dynamic", namespace=namespace)
    assert not resource.get(namespace=namespace).items


def main():
    kubeconfig, namespace = sys.argv[1:]
    api = config.new_client_from_config(kubeconfig)
    core = client.CoreV1Api(api)
    assert client.VersionApi(api).get_code().major == "1"
    check_conflict(core, namespace)
    check_pages(core, namespace)
    check_patches(api, namespace)
    check_watch(core, namespace)
    check_custom_resource(api, namespace)
    core.delete_collection_namespaced_config_map(namespace, label_selector="suite=python")
    assert not core.list_namespaced_config_map(namespace, label_selector="suite=python").items
    print("all checks passed")


main()
