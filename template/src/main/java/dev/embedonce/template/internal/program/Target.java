package dev.embedonce.template.internal.program;

import dev.embedonce.template.internal.failure.Failure;
import dev.embedonce.template.internal.value.Namespace;
import dev.embedonce.template.internal.value.Values;
import java.util.List;

/** What can be assigned to. */
public sealed interface Target {
    void assign(Object value, Scope scope);

    /** A variable. */
    record Variable(String name) implements Target {
        @Override
        public void assign(Object value, Scope scope) {
            scope.set(name, value);
        }
    }

    /** An attribute of a namespace. */
    record Member(String namespace, String name) implements Target {
        @Override
        public void assign(Object value, Scope scope) {
            if (!(scope.get(namespace) instanceof Namespace members)) {
                throw new Failure("cannot assign attribute on non-namespace object");
            }
            members.set(name, value);
        }
    }

    /** Several targets for the members of one value. */
    record Several(List<Target> targets) implements Target {
        @Override
        public void assign(Object value, Scope scope) {
            List<Object> values = Values.list(value);
            if (values.size() != targets.size()) {
                throw new Failure((values.size() > targets.size() ? "too many" : "not enough")
                        + " values to unpack (expected " + targets.size() + ")");
            }
            for (int i = 0; i < targets.size(); i++) {
                targets.get(i).assign(values.get(i), scope);
            }
        }
    }
}
