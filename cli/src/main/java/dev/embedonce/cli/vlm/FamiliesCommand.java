package dev.embedonce.cli.vlm;

import dev.embedonce.cli.terminal.ExitCodes;
import dev.embedonce.vlm.Families;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** {@code embedonce vlm families}. */
@Command(name = "families", description = "List the supported families, as model_type in config.json names them.")
final class FamiliesCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        Families.modelTypes().forEach(System.out::println);
        return ExitCodes.OK;
    }
}
