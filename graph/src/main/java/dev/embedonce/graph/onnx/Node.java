package dev.embedonce.graph.onnx;

import dev.embedonce.graph.TensorType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** An operator call under construction. It enters the graph when its outputs are asked for, once. */
public final class Node {
    // field numbers and attribute types of onnx.proto: NodeProto, AttributeProto
    private static final int TYPE_FLOAT = 1;
    private static final int TYPE_INT = 2;
    private static final int TYPE_STRING = 3;
    private static final int TYPE_GRAPH = 5;
    private static final int TYPE_INTS = 7;

    private final GraphBuilder graph;
    private final String domain;
    private final String operator;
    private final @Nullable Value[] inputs;
    private final List<ProtoWriter> attributes = new ArrayList<>();

    Node(GraphBuilder graph, String domain, String operator, @Nullable Value[] inputs) {
        this.graph = graph;
        this.domain = domain;
        this.operator = operator;
        this.inputs = inputs;
    }

    public Node with(String attribute, long value) {
        return add(new ProtoWriter().put(1, attribute).put(3, value).put(20, TYPE_INT));
    }

    public Node with(String attribute, float value) {
        return add(new ProtoWriter().put(1, attribute).put(2, value).put(20, TYPE_FLOAT));
    }

    public Node with(String attribute, String value) {
        return add(new ProtoWriter().put(1, attribute).put(4, value).put(20, TYPE_STRING));
    }

    Node with(String attribute, ProtoWriter graph) {
        return add(new ProtoWriter().put(1, attribute).put(6, graph).put(20, TYPE_GRAPH));
    }

    public Node withAll(String attribute, long... values) {
        ProtoWriter proto = new ProtoWriter().put(1, attribute);
        for (long value : values) {
            proto.put(8, value);
        }
        return add(proto.put(20, TYPE_INTS));
    }

    /** The only output, of this type. */
    public Value output(TensorType type) {
        return outputs(1, type).get(0);
    }

    /** The only output, of the type of the first input. */
    public Value output() {
        return output(firstType());
    }

    /** {@code count} outputs, of the type of the first input. */
    public List<Value> outputs(int count) {
        return outputs(count, firstType());
    }

    /** Outputs of the type of the first input, under these names. */
    public List<Value> outputsNamed(String... names) {
        TensorType type = firstType();
        List<Value> outputs =
                Arrays.stream(names).map(name -> new Value(name, type)).toList();
        graph.addNode(proto(outputs));
        return outputs;
    }

    private List<Value> outputs(int count, TensorType type) {
        return outputs(Collections.nCopies(count, type).toArray(TensorType[]::new));
    }

    /** As many outputs as types. */
    public List<Value> outputs(TensorType... types) {
        List<Value> outputs = new ArrayList<>(types.length);
        for (TensorType type : types) {
            outputs.add(new Value(graph.freshName(operator), type));
        }
        graph.addNode(proto(outputs));
        return outputs;
    }

    ProtoWriter proto(List<Value> outputs) {
        ProtoWriter proto = new ProtoWriter();
        for (Value input : inputs) {
            proto.put(1, input == null ? "" : input.name());
        }
        outputs.forEach(output -> proto.put(2, output.name()));
        proto.put(3, "node_" + outputs.get(0).name()).put(4, operator);
        attributes.forEach(attribute -> proto.put(5, attribute));
        return domain.isEmpty() ? proto : proto.put(7, domain);
    }

    private TensorType firstType() {
        Value first = inputs[0];
        if (first == null) {
            throw new IllegalStateException(operator + ": the first input is left out");
        }
        return first.type();
    }

    private Node add(ProtoWriter attribute) {
        attributes.add(attribute);
        return this;
    }
}
