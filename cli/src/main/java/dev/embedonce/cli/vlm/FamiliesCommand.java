package dev.embedonce.cli.vlm;

import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.vlm.Families;
import dev.embedonce.vlm.family.Family;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code embedonce vlm families}. */
@Command(
        name = "families",
        description = "List the supported families, and the model_type of config.json that each is published under.")
final class FamiliesCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        for (Family family : Families.all()) {
            boolean plain = family.modelTypes().equals(List.of(family.name()));
            System.out.println(
                    plain ? family.name() : family.name() + " (" + String.join(", ", family.modelTypes()) + ")");
        }
        return ExitCodes.OK;
    }
}
