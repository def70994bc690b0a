// Plays walks through JavaRosa, the engine of ODK Collect: the form's XForm and a file of answers in, times and values out.
import java.io.FileInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.properties.IPropertyRules;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;

public class Walk {
    record Step(String ref, String value) {}

    public static void main(String[] given) throws Exception {
        PrintStream out = new PrintStream(System.out, true, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new org.javarosa.core.services.PrototypeManager();
        new org.javarosa.model.xform.XFormsModule().registerModule();
        org.javarosa.core.util.JavaRosaCoreModule core = new org.javarosa.core.util.JavaRosaCoreModule();
        core.registerModule();
        org.javarosa.core.services.PropertyManager.setPropertyManager(new Nothing());
        int warm = Integer.parseInt(given[2]), runs = Integer.parseInt(given[3]);
        FormDef form = null;
        for (int at = 0; at < 5; at++) {
            long begun = System.nanoTime();
            try (FileInputStream file = new FileInputStream(given[0])) {
                form = XFormUtils.getFormFromInputStream(file);
            }
            out.println("load\t" + (System.nanoTime() - begun) / 1e9);
        }
        FormInstance blank = form.getMainInstance().clone();
        List<List<Step>> walks = read(Path.of(given[1]));
        for (int number = 0; number < walks.size(); number++) {
            try {
                for (int at = 0; at < warm; at++) walk(form, blank, walks.get(number));
                for (int at = 0; at < runs; at++) {
                    long begun = System.nanoTime();
                    walk(form, blank, walks.get(number));
                    out.println("time\t" + number + "\t" + (System.nanoTime() - begun) / 1e9);
                }
                tell(out, number, form.getInstance().getRoot());
            } catch (Exception error) {
                out.println("error\t" + number + "\t" + error.toString().replaceAll("\\s+", " "));
            }
        }
    }

    static List<List<Step>> read(Path file) throws Exception {
        List<List<Step>> walks = new ArrayList<>();
        for (String line : Files.readAllLines(file)) {
            if (line.equals("walk")) walks.add(new ArrayList<>());
            else {
                String[] parts = line.split("\t", -1);
                walks.get(walks.size() - 1).add(new Step(parts[0], parts[1].replace("\\n", "\n")));
            }
        }
        return walks;
    }

    static void walk(FormDef form, FormInstance blank, List<Step> steps) {
        form.setInstance(blank.clone());
        form.initialize(true, new InstanceInitializationFactory());
        for (Step step : steps) {
            TreeReference ref = (TreeReference) new XPathReference(step.ref().replaceAll("\\[1\\]", "")).getReference();
            ref = ref.clone();
            for (int level = 0; level < ref.size(); level++) ref.setMultiplicity(level, 0);
            IAnswerData value = typed(step.value(), form.getInstance().resolveReference(ref).getDataType());
            if (!form.evaluateConstraint(ref, value)) throw new IllegalStateException("constraint " + step.ref());
            form.setValue(value, ref, true);
        }
        look(form.getInstance().getRoot());
    }

    // Choices are text to expressions; everything else has the type of its node.
    static IAnswerData typed(String value, int type) {
        boolean chosen = type == Constants.DATATYPE_CHOICE || type == Constants.DATATYPE_MULTIPLE_ITEMS;
        IAnswerData made = chosen ? null : XFormAnswerDataParser.getAnswerData(value, type);
        return made == null ? new UncastData(value) : made;
    }

    // Every node is asked for what somebody would see of it.
    static int look(TreeElement node) {
        int seen = (node.isRelevant() ? 1 : 0) + (node.isRequired() ? 1 : 0) + (node.isEnabled() ? 1 : 0);
        if (node.getValue() != null) seen += node.getValue().uncast().getString().length();
        for (int at = 0; at < node.getNumChildren(); at++) seen += look(node.getChildAt(at));
        return seen;
    }

    static void tell(PrintStream out, int number, TreeElement node) {
        if (!node.isRelevant()) return;
        if (node.getValue() != null && node.getNumChildren() == 0) {
            String ref = node.getRef().toString(false);
            out.println("value\t" + number + "\t" + ref + "\t" + node.getValue().uncast().getString().replace("\n", "\\n"));
        }
        for (int at = 0; at < node.getNumChildren(); at++) tell(out, number, node.getChildAt(at));
    }

    // The device has no properties.
    static class Nothing implements IPropertyManager {
        public List<String> getProperty(String name) { return List.of(); }
        public String getSingularProperty(String name) { return ""; }
        public void setProperty(String name, String value) {}
        public void setProperty(String name, List<String> value) {}
        public void addRules(IPropertyRules rules) {}
        public List<IPropertyRules> getRules() { return List.of(); }
    }
}
