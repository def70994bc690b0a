// Plays walks through JavaRosa, the engine of ODK Collect. What goes in and out is told in bench/walk_engines.py.
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.javarosa.core.model.Constants;
import org.javarosa.core.model.FormDef;
import org.javarosa.core.model.FormIndex;
import org.javarosa.core.model.IFormElement;
import org.javarosa.core.model.QuestionDef;
import org.javarosa.core.model.SelectChoice;
import org.javarosa.core.model.data.IAnswerData;
import org.javarosa.core.model.data.MultipleItemsData;
import org.javarosa.core.model.data.UncastData;
import org.javarosa.core.model.data.helper.Selection;
import org.javarosa.core.model.instance.FormInstance;
import org.javarosa.core.model.instance.InstanceInitializationFactory;
import org.javarosa.core.model.instance.TreeElement;
import org.javarosa.core.model.instance.TreeReference;
import org.javarosa.core.services.IPropertyManager;
import org.javarosa.core.services.properties.IPropertyRules;
import org.javarosa.form.api.FormEntryController;
import org.javarosa.form.api.FormEntryModel;
import org.javarosa.form.api.FormEntryPrompt;
import org.javarosa.model.xform.XPathReference;
import org.javarosa.xform.util.XFormAnswerDataParser;
import org.javarosa.xform.util.XFormUtils;

public class Walk {
    record Step(String action, TreeReference at, String value) {}

    record Played(List<String> outcomes, TreeElement root) {}

    static class Form {
        String path;
        FormDef made;
        FormInstance blank;
        final Set<TreeReference> several = new HashSet<>();
        final List<List<Step>> walks = new ArrayList<>();

        double load() throws Exception {
            long begun = System.nanoTime();
            try (FileInputStream file = new FileInputStream(path)) {
                made = XFormUtils.getFormFromInputStream(file);
            }
            double took = (System.nanoTime() - begun) / 1e9;
            blank = made.getMainInstance().clone();
            several.clear();
            gather(made);
            return took;
        }

        void gather(IFormElement element) {
            if (element instanceof QuestionDef question) {
                int control = question.getControlType();
                if (control == Constants.CONTROL_SELECT_MULTI || control == Constants.CONTROL_RANK) {
                    several.add(FormInstance.unpackReference(question.getBind()).genericize());
                }
            }
            if (element.getChildren() != null) element.getChildren().forEach(this::gather);
        }
    }

    static final Pattern INSTANCE = Pattern.compile("\\[(\\d+)\\]");
    static int seen = 0;

    public static void main(String[] given) throws Exception {
        PrintStream out = new PrintStream(System.out, false, StandardCharsets.UTF_8);
        System.setOut(System.err);
        new org.javarosa.model.xform.XFormsModule().registerModule();
        new org.javarosa.core.util.JavaRosaCoreModule().registerModule();
        org.javarosa.core.services.PropertyManager.setPropertyManager(new Nothing());
        List<Form> forms = read(Path.of(given[0]));
        BufferedReader asked = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        out.println("ready");
        out.flush();
        for (String line = asked.readLine(); line != null; line = asked.readLine()) {
            String[] parts = line.split(" ");
            System.gc();
            if (parts[0].equals("warm")) forms.forEach(form -> warmUp(form, Double.parseDouble(parts[1])));
            else play(out, forms.get(Integer.parseInt(parts[1])));
            out.println("done");
            out.flush();
        }
        System.err.println("looked at " + seen);
    }

    static void warmUp(Form form, double seconds) {
        try {
            form.load();
            form.load();
            for (List<Step> walk : form.walks) {
                long end = System.nanoTime() + (long) (seconds * 1e9);
                do walk(form, walk); while (System.nanoTime() < end);
            }
        } catch (Exception error) {
            // It is told when the form is played.
        }
    }

    static void play(PrintStream out, Form form) {
        try {
            out.println("load\t" + form.load());
        } catch (Exception error) {
            out.println("error\t-1\t" + escaped(error.toString()));
            return;
        }
        for (int number = 0; number < form.walks.size(); number++) {
            try {
                long begun = System.nanoTime();
                Played played = walk(form, form.walks.get(number));
                out.println("time\t" + number + "\t" + (System.nanoTime() - begun) / 1e9);
                out.println("outcomes\t" + number + "\t" + String.join(" ", played.outcomes()));
                tell(out, number, played.root());
            } catch (Exception error) {
                out.println("error\t" + number + "\t" + escaped(error.toString()));
            }
        }
    }

    static Played walk(Form form, List<Step> steps) throws Exception {
        FormDef made = form.made;
        made.setInstance(form.blank.clone());
        made.initialize(true, new InstanceInitializationFactory());
        FormEntryModel model = new FormEntryModel(made);
        List<String> outcomes = new ArrayList<>();
        for (Step step : steps) {
            switch (step.action()) {
                case "set" -> outcomes.add(set(made, model, step, form.several));
                case "add" -> add(made, model, step);
                default -> throw new IllegalStateException(step.action() + " is not played here");
            }
            if (step.action().equals("add")) outcomes.add("ok");
            read(made.getInstance().getRoot());
        }
        look(model);
        look(made.getInstance().getRoot());
        return new Played(outcomes, made.getInstance().getRoot());
    }

    static String set(FormDef form, FormEntryModel model, Step step, Set<TreeReference> several) {
        TreeElement node = form.getInstance().resolveReference(step.at());
        if (node == null) {
            look(model); // it may be in an instance that a repeat_count asks for
            node = form.getInstance().resolveReference(step.at());
        }
        if (node == null) throw new IllegalStateException("no node " + step.at());
        if (!node.isRelevant()) return "not-relevant";
        IAnswerData value = typed(step.value(), node.getDataType(), several.contains(step.at().genericize()));
        if (!form.evaluateConstraint(step.at(), value)) return "constraint";
        form.setValue(value, step.at(), true);
        return "ok";
    }

    // Going on to a repeat makes the instances that its repeat_count asks for.
    static FormIndex next(FormEntryModel model, FormIndex at) {
        FormIndex found = model.incrementIndex(at);
        model.setQuestionIndex(found);
        return found;
    }

    static void add(FormDef form, FormEntryModel model, Step step) throws Exception {
        FormIndex at = FormIndex.createBeginningOfFormIndex();
        while (!(at = next(model, at)).isEndOfFormIndex()) {
            boolean offered = model.getEvent(at) == FormEntryController.EVENT_PROMPT_NEW_REPEAT;
            if (offered && at.getReference().genericize().equals(step.at().genericize())) {
                form.createNewRepeat(at);
                return;
            }
        }
        throw new IllegalStateException("no repeat to add to: " + step.at());
    }

    // Several choices are a list, one is a text; everything else has the type of its node.
    static IAnswerData typed(String value, int type, boolean several) {
        if (several) return new MultipleItemsData(Arrays.stream(value.split(" ")).map(Selection::new).toList());
        IAnswerData made = type == Constants.DATATYPE_CHOICE ? null : XFormAnswerDataParser.getAnswerData(value, type);
        return made == null ? new UncastData(value) : made;
    }

    // Every relevant question is asked for what somebody reads of it: its label, its choices and theirs.
    static void look(FormEntryModel model) {
        FormIndex at = FormIndex.createBeginningOfFormIndex();
        while (!(at = next(model, at)).isEndOfFormIndex()) {
            if (model.getEvent(at) != FormEntryController.EVENT_QUESTION || !model.isIndexRelevant(at)) continue;
            FormEntryPrompt prompt = model.getQuestionPrompt(at);
            String label = prompt.getQuestionText();
            seen += label == null ? 0 : label.length();
            List<SelectChoice> choices = prompt.getSelectChoices();
            if (choices == null) continue;
            for (SelectChoice choice : choices) {
                String text = prompt.getSelectChoiceText(choice);
                seen += text == null ? 0 : text.length();
            }
        }
    }

    // After every step: whether each node is relevant, and its value.
    static void read(TreeElement node) {
        seen += node.isRelevant() ? 1 : 0;
        if (node.getValue() != null) seen += node.getValue().uncast().getString().length();
        for (int at = 0; at < node.getNumChildren(); at++) read(node.getChildAt(at));
    }

    // Every node is asked for its state and its value.
    static void look(TreeElement node) {
        seen += (node.isRelevant() ? 1 : 0) + (node.isRequired() ? 1 : 0) + (node.isEnabled() ? 1 : 0);
        if (node.getValue() != null) seen += node.getValue().uncast().getString().length();
        for (int at = 0; at < node.getNumChildren(); at++) look(node.getChildAt(at));
    }

    static void tell(PrintStream out, int number, TreeElement node) {
        if (!node.isRelevant() || node.getMultiplicity() == TreeReference.INDEX_TEMPLATE) return;
        if (node.getValue() != null && node.getNumChildren() == 0) {
            String value = escaped(node.getValue().uncast().getString());
            out.println("value\t" + number + "\t" + node.getRef().toString(true) + "\t" + value);
        }
        for (int at = 0; at < node.getNumChildren(); at++) tell(out, number, node.getChildAt(at));
    }

    static List<Form> read(Path script) throws Exception {
        List<Form> forms = new ArrayList<>();
        for (String line : Files.readAllLines(script)) {
            String[] parts = line.split("\t", -1);
            if (parts[0].equals("form")) {
                forms.add(new Form());
                forms.get(forms.size() - 1).path = parts[1];
                continue;
            }
            List<List<Step>> walks = forms.get(forms.size() - 1).walks;
            if (parts[0].equals("walk")) walks.add(new ArrayList<>());
            else walks.get(walks.size() - 1).add(new Step(parts[0], reference(parts[1]), plain(parts[2])));
        }
        return forms;
    }

    static TreeReference reference(String written) {
        TreeReference found = (TreeReference) new XPathReference(INSTANCE.matcher(written).replaceAll("")).getReference();
        found = found.clone();
        String[] names = written.substring(1).split("/");
        for (int level = 0; level < found.size(); level++) {
            Matcher position = INSTANCE.matcher(names[level]);
            found.setMultiplicity(level, position.find() ? Integer.parseInt(position.group(1)) - 1 : 0);
        }
        return found;
    }

    static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r");
    }

    static String plain(String text) {
        StringBuilder made = new StringBuilder();
        for (int at = 0; at < text.length(); at++) {
            char one = text.charAt(at);
            if (one != '\\') made.append(one);
            else made.append(switch (text.charAt(++at)) { case 't' -> '\t'; case 'n' -> '\n'; case 'r' -> '\r'; default -> '\\'; });
        }
        return made.toString();
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
